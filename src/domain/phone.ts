// Telephone numbers as they are compared everywhere: in international form, whatever width, brackets and labels they were
// written with.

import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** Where numbers without a country are from, unless the home says otherwise. */
export const usualCountry = 'JP';

/**
 * `03-1234-5678`, `０３（１２３４）５６７８` and `0081-3-1234-5678` are `+81312345678`; extensions are left out. Null where it is no
 * number that its country gives out, so a number without its area code is null too. `country` is an ISO 3166 code.
 */
export function phoneOf(text: string, country: string = usualCountry): string | null {
  const plain = text
    .normalize('NFKC')
    .replace(/[‐‑‒–—―−ー]/g, '-')
    .replace(/(?:内線|内|ext\.?|x)[\s.:-]*\d+\D*$/i, '')
    .replace(/^[^\d+]*(?=[\d+(])/, '')
    .trim();
  if (!/\d/.test(plain) || /[a-z]/i.test(plain)) return null;
  const home = isCountry(country) ? country : usualCountry;
  // 00 is how most of the world dials abroad, and how forms write it; in Japan it also begins the numbers of carriers.
  if (plain.startsWith('00')) {
    const abroad = parsePhoneNumberFromString(`+${plain.slice(2)}`);
    if (abroad?.isValid() === true) return abroad.number;
  }
  const number = parsePhoneNumberFromString(plain, home);
  return number?.isValid() === true ? number.number : null;
}

/** Whether this is the ISO 3166 code of a country that has telephone numbers. */
export function isCountry(code: string): code is CountryCode {
  return isSupportedCountry(code);
}
