// Describes held side by side: the keys of the object and of every field, and for standard fields of the same name whatever
// the API decides rather than the recorded org's admin.

type Described = Readonly<Record<string, unknown>> & { readonly fields: readonly Readonly<Record<string, unknown>>[] };

/** Decided by the recorded org (its language, its picklists, its other objects), not by the API. */
const ofTheOrg = ['label', 'picklistValues', 'inlineHelpText', 'referenceTo', 'searchPrefilterable', 'defaultValue'];
/** Person accounts, which the recorded org had, make names compound; and Lead statuses were longer in its release. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  'Account.Name': ['compoundFieldName', 'extraTypeInfo'],
};
/** Keys that newer releases added to describes after the recording was made. */
const newer = ['associateEntityType', 'associateParentEntity', 'sobjectDescribeOption', 'extendedBy'];

export function differencesOfDescribe(recorded: Described, ours: Described): string[] {
  const name = String(recorded['name']);
  const theirs = new Set(Object.keys(recorded));
  const keys = [
    ...[...theirs].filter((key) => !(key in ours)).map((key) => `${name}: no ${key}`),
    ...Object.keys(ours)
      .filter((key) => !theirs.has(key) && !newer.includes(key))
      .map((key) => `${name}: ${key} too many`),
  ];
  return [...keys, ...recorded.fields.flatMap((field) => differencesOfField(name, field, ours))];
}

function differencesOfField(name: string, field: Readonly<Record<string, unknown>>, ours: Described): string[] {
  const place = `${name}.${String(field['name'])}`;
  const isCustom = String(field['name']).endsWith('__c');
  if (isCustom && !name.endsWith('__c')) return [];
  // A custom field that says it is the name was copied from Name by hand.
  if (isCustom && field['nameField'] === true) return [];
  const twin = ours.fields.find((one) => one['name'] === field['name']);
  if (twin === undefined) return [`${place} is not there`];
  const skip = [...ofTheOrg, ...(exceptions[place] ?? [])];
  return Object.entries(field).flatMap(([key, value]) => {
    if (!(key in twin)) return [`${place}: no ${key}`];
    if (skip.includes(key)) return [];
    return JSON.stringify(value) === JSON.stringify(twin[key])
      ? []
      : [`${place}: ${key} is ${JSON.stringify(twin[key])} instead of ${JSON.stringify(value)}`];
  });
}

type Outline = Readonly<Record<string, unknown>> & { readonly name: string; readonly urls: object };
/** Objects that people added to the recording by copying another: a real one has a prefix. */
const isCopied = (one: Outline) => one['keyPrefix'] === null && ['Event', 'Lead'].includes(one.name);

/** Global describes: the same keys at the top, and of every object that both orgs have. */
export function differencesOfGlobal(
  recorded: { readonly sobjects: readonly Outline[] },
  ours: { readonly sobjects: readonly Outline[] },
): string[] {
  const top = Object.keys(recorded).filter((key) => !(key in ours));
  const inside = recorded.sobjects.flatMap((one) => {
    const twin = ours.sobjects.find((other) => other.name === one.name);
    if (twin === undefined || isCopied(one)) return [];
    const keys = (of: object) => Object.keys(of).sort().join(' ');
    return [
      ...(keys(one) === keys(twin) ? [] : [`${one.name}: keys ${keys(twin)} instead of ${keys(one)}`]),
      ...(keys(one.urls) === keys(twin.urls)
        ? []
        : [`${one.name}: urls ${keys(twin.urls)} instead of ${keys(one.urls)}`]),
      ...Object.entries(one).flatMap(([key, value]) =>
        typeof value === 'boolean' && twin[key] !== value ? [`${one.name}: ${key} is ${String(twin[key])}`] : [],
      ),
    ];
  });
  return [...top.map((key) => `no ${key}`), ...inside];
}
