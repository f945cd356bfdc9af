// Standard fields of Event besides those that objects.ts names.
// Names, types, lengths and flags are those of a describe recorded by CumulusCI (BSD-3-Clause).

import type { FieldDefinition } from '../../fields.ts';
import { further } from '../standard-fields.ts';

export const eventFields: readonly FieldDefinition[] = [
  further('Location', 'string', 'Location'),
  further('IsAllDayEvent', 'boolean', 'All-Day Event'),
  further('StartDateTime', 'datetime', 'Start Date Time', { flags: { permissionable: false } }),
  further('EndDateTime', 'datetime', 'End Date Time', { flags: { permissionable: false } }),
  further('EndDate', 'date', 'End Date', { readOnly: true }),
  further('IsPrivate', 'boolean', 'Private', { flags: { permissionable: false } }),
  further('ShowAs', 'picklist', 'Show Time As', {
    length: 40,
    choices: 'Busy|OutOfOffice|Free',
    restricted: true,
    defaultValue: 'Busy',
    flags: { permissionable: false },
  }),
  further('IsChild', 'boolean', 'Is Child', { readOnly: true }),
  further('IsGroupEvent', 'boolean', 'Is Group Event', { readOnly: true }),
  further('GroupEventType', 'picklist', 'Group Event Type', {
    length: 40,
    choices: '0|1|2|3',
    restricted: true,
    defaultValue: '0',
    readOnly: true,
  }),
  further('RecurrenceActivityId', 'reference', 'Recurrence Activity ID', {
    to: ['Event'],
    readOnly: true,
    flags: { relationshipName: null },
  }),
  further('IsRecurrence', 'boolean', 'Create Recurring Series of Events', {
    createOnly: true,
    flags: { permissionable: false },
  }),
  further('RecurrenceStartDateTime', 'datetime', 'Recurrence Start', { flags: { permissionable: false } }),
  further('RecurrenceEndDateOnly', 'date', 'Recurrence End', { flags: { permissionable: false } }),
  further('RecurrenceTimeZoneSidKey', 'picklist', 'Recurrence Time Zone', {
    length: 40,
    flags: { permissionable: false, restrictedPicklist: true },
  }),
  further('RecurrenceType', 'picklist', 'Recurrence Type', {
    length: 40,
    choices: 'RecursDaily|RecursEveryWeekday|RecursMonthly|RecursMonthlyNth|RecursWeekly|RecursYearly|RecursYearlyNth',
    restricted: true,
    flags: { permissionable: false },
  }),
  further('RecurrenceInterval', 'int', 'Recurrence Interval', { digits: [9, 0], flags: { permissionable: false } }),
  further('RecurrenceDayOfWeekMask', 'int', 'Recurrence Day of Week Mask', {
    digits: [9, 0],
    flags: { permissionable: false },
  }),
  further('RecurrenceDayOfMonth', 'int', 'Recurrence Day of Month', {
    digits: [9, 0],
    flags: { permissionable: false },
  }),
  further('RecurrenceInstance', 'picklist', 'Recurrence Instance', {
    length: 40,
    choices: 'First|Second|Third|Fourth|Last',
    restricted: true,
    flags: { permissionable: false },
  }),
  further('RecurrenceMonthOfYear', 'picklist', 'Recurrence Month of Year', {
    length: 40,
    choices: 'January|February|March|April|May|June|July|August|September|October|November|December',
    restricted: true,
    flags: { permissionable: false },
  }),
  further('ReminderDateTime', 'datetime', 'Reminder Date/Time', { flags: { permissionable: false } }),
  further('IsReminderSet', 'boolean', 'Reminder Set', { flags: { permissionable: false } }),
  further('EventSubtype', 'picklist', 'Event Subtype', {
    length: 40,
    choices: 'Event',
    restricted: true,
    createOnly: true,
    flags: { permissionable: false },
  }),
  further('IsRecurrence2Exclusion', 'boolean', 'Historical Event, Not Following Recurrence', { readOnly: true }),
  further('Recurrence2PatternText', 'textarea', 'Recurrence Pattern', {
    length: 512,
    createOnly: true,
    flags: { permissionable: false },
  }),
  further('Recurrence2PatternVersion', 'picklist', 'Pattern Version', {
    length: 40,
    choices: '1|2',
    restricted: true,
    readOnly: true,
  }),
  further('IsRecurrence2', 'boolean', 'Repeat', { readOnly: true }),
  further('IsRecurrence2Exception', 'boolean', 'Is Exception', { readOnly: true }),
  further('Recurrence2PatternStartDate', 'datetime', 'Recurrence Pattern Start Date', { readOnly: true }),
  further('Recurrence2PatternTimeZone', 'string', 'Recurrence Pattern Time Zone Reference', { readOnly: true }),
];
