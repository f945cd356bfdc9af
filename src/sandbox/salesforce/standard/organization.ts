// Fields of Organization as a recorded row of one has them (CumulusCI, BSD-3-Clause).

import type { FieldDefinition } from '../../fields.ts';
import { further } from '../standard-fields.ts';

const preference = { defaultedOnCreate: false, groupable: false, sortable: false, updateable: true };

export const organizationFields: readonly FieldDefinition[] = [
  further('Division', 'string', 'Division'),
  further('Street', 'string', 'Street'),
  further('City', 'string', 'City'),
  further('State', 'string', 'State'),
  further('PostalCode', 'string', 'Postal Code'),
  further('Country', 'string', 'Country', { defaultValue: 'US' }),
  further('Latitude', 'double', 'Latitude', { digits: [18, 15], flags: { updateable: true } }),
  further('Longitude', 'double', 'Longitude', { digits: [18, 15], flags: { updateable: true } }),
  further('GeocodeAccuracy', 'string', 'Geocode Accuracy'),
  further('Address', 'address', 'Address', { readOnly: true }),
  further('Phone', 'phone', 'Phone', { length: 40, flags: { updateable: true } }),
  further('Fax', 'phone', 'Fax', { length: 40, flags: { updateable: true } }),
  further('PrimaryContact', 'string', 'Primary Contact'),
  further('ReceivesInfoEmails', 'boolean', 'Receives Info Emails', { defaultValue: true }),
  further('ReceivesAdminInfoEmails', 'boolean', 'Receives Admin Info Emails', { defaultValue: true }),
  further('PreferencesRequireOpportunityProducts', 'boolean', 'Preferences Require Opportunity Products', {
    flags: preference,
  }),
  further('PreferencesTransactionSecurityPolicy', 'boolean', 'Preferences Transaction Security Policy', {
    flags: preference,
  }),
  further('PreferencesTerminateOldestSession', 'boolean', 'Preferences Terminate Oldest Session', {
    flags: preference,
  }),
  further('PreferencesConsentManagementEnabled', 'boolean', 'Preferences Consent Management Enabled', {
    flags: preference,
  }),
  further('PreferencesAutoSelectIndividualOnMerge', 'boolean', 'Preferences Auto Select Individual On Merge', {
    flags: preference,
  }),
  further('PreferencesLightningLoginEnabled', 'boolean', 'Preferences Lightning Login Enabled', {
    defaultValue: true,
    flags: preference,
  }),
  further('PreferencesOnlyLLPermUserAllowed', 'boolean', 'Preferences Only LLPerm User Allowed', { flags: preference }),
  further('FiscalYearStartMonth', 'int', 'Fiscal Year Start Month', { digits: [9, 0], defaultValue: 1 }),
  further('UsesStartDateAsFiscalYearName', 'boolean', 'Uses Start Date As Fiscal Year Name'),
  further('DefaultAccountAccess', 'picklist', 'Default Account Access', {
    length: 40,
    defaultValue: 'Edit',
    flags: { defaultedOnCreate: false, restrictedPicklist: true },
  }),
  further('DefaultContactAccess', 'picklist', 'Default Contact Access', {
    length: 40,
    defaultValue: 'ControlledByParent',
  }),
  further('DefaultOpportunityAccess', 'picklist', 'Default Opportunity Access', {
    length: 40,
    defaultValue: 'Edit',
    flags: { defaultedOnCreate: false, restrictedPicklist: true },
  }),
  further('DefaultLeadAccess', 'picklist', 'Default Lead Access', {
    length: 40,
    defaultValue: 'ReadEditTransfer',
    flags: { defaultedOnCreate: false, restrictedPicklist: true },
  }),
  further('DefaultCaseAccess', 'picklist', 'Default Case Access', {
    length: 40,
    defaultValue: 'ReadEditTransfer',
    flags: { defaultedOnCreate: false, restrictedPicklist: true },
  }),
  further('DefaultCalendarAccess', 'picklist', 'Default Calendar Access', {
    length: 40,
    defaultValue: 'HideDetailsInsert',
  }),
  further('DefaultPricebookAccess', 'picklist', 'Default Pricebook Access', {
    length: 40,
    defaultValue: 'ReadSelect',
    flags: { defaultedOnCreate: false, restrictedPicklist: true },
  }),
  further('DefaultCampaignAccess', 'picklist', 'Default Campaign Access', {
    length: 40,
    defaultValue: 'All',
    flags: { defaultedOnCreate: false, restrictedPicklist: true },
  }),
  further('DelegatedAuthenticationServiceUrl', 'string', 'Delegated Authentication Service Url'),
  further('ComplianceBccEmail', 'string', 'Compliance Bcc Email'),
  further('UiSkin', 'string', 'Ui Skin', { defaultValue: 'Theme3' }),
  further('SignupCountryIsoCode', 'string', 'Signup Country Iso Code'),
  further('NumKnowledgeService', 'int', 'Num Knowledge Service', { digits: [9, 0], defaultValue: 2 }),
  further('WebToCaseDefaultOrigin', 'string', 'Web To Case Default Origin'),
  further('MonthlyPageViewsUsed', 'int', 'Monthly Page Views Used', {
    digits: [9, 0],
    defaultValue: 0,
    flags: { defaultedOnCreate: false },
  }),
  further('MonthlyPageViewsEntitlement', 'int', 'Monthly Page Views Entitlement', {
    digits: [9, 0],
    defaultValue: 0,
    flags: { defaultedOnCreate: false },
  }),
  further('IsReadOnly', 'boolean', 'Is Read Only'),
];
