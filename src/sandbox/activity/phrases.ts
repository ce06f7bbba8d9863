import type { Person } from '../mailbox/person.js';

/** Who writes to the demo mailbox. The addresses can belong to nobody (RFC 2606). */
export const SENDERS: readonly Person[] = [
  { name: 'Amara Okafor', address: 'amara.okafor@northwind.example' },
  { name: 'Jonas Lindqvist', address: 'jonas.lindqvist@fjordworks.example' },
  { name: 'Mei Tanaka', address: 'mei.tanaka@hoshi-logistics.example' },
  { name: 'Priya Raman', address: 'priya.raman@contoso-labs.example' },
  { name: 'Łukasz Wójcik', address: 'lukasz.wojcik@baltic-parts.example' },
  { name: 'Elena Márquez', address: 'elena.marquez@plaza-mayor.example' },
  { name: 'Facilities', address: 'facilities@sandbox.example' },
  { name: 'Build server', address: 'builds@ci.example' },
  { name: 'Invoices', address: 'invoices@papertrail.example' },
];

/** What they write about, and how it goes on. */
export const MAILS: readonly { readonly subject: string; readonly body: string }[] = [
  { subject: 'Delivery for order 48213 is on its way', body: 'The pallets left our warehouse this morning.' },
  { subject: 'Minutes of the Tuesday call', body: 'Please correct what I got wrong. The next call is in two weeks.' },
  { subject: 'Temperature alarm in cold store 2', body: 'The sensor reports 9.4 °C. Somebody should have a look.' },
  { subject: 'Invoice 2291 for approval', body: 'The amount is as agreed. Payment is due within 14 days.' },
  { subject: 'Build 1187 failed', body: 'Two tests failed on the main branch. The log is on the server.' },
  { subject: 'Can you review the draft contract?', body: 'I changed sections 3 and 7. Comments by Friday, please.' },
  { subject: 'Übergabe der Schlüssel', body: 'The new keys are at the reception, for you to collect until noon.' },
  { subject: 'Re: Spare parts for the conveyor', body: 'We have two in stock and can send them today.' },
  { subject: 'Your badge expires next week', body: 'Bring the old one along when you pick up the new one.' },
  { subject: 'Lunch on Thursday?', body: 'The place by the canal has opened again.' },
  { subject: 'Quarterly figures', body: 'The first numbers look good. The details follow tomorrow.' },
  { subject: 'Request for quotation: 40 pressure sensors', body: 'We would need them by the end of next month.' },
];

export const APPOINTMENTS: readonly {
  readonly subject: string;
  readonly location: string;
  readonly isRecurring?: boolean;
}[] = [
  { subject: 'Weekly planning', location: 'Room Helsinki', isRecurring: true },
  { subject: 'Site visit', location: 'Warehouse gate 3' },
  { subject: 'Interview with a candidate', location: 'Room Lisbon' },
  { subject: 'Maintenance window', location: 'Online' },
  { subject: 'Review of the sprint', location: 'Room Kyoto', isRecurring: true },
];

/** Who writes to support, and why. */
export const CUSTOMERS: readonly Person[] = [
  { name: 'Noor Haddad', address: 'noor.haddad@greenfield-farms.example' },
  { name: 'Tomás Ribeiro', address: 'tomas.ribeiro@porto-tools.example' },
  { name: 'Ingrid Solberg', address: 'ingrid.solberg@fjordworks.example' },
  { name: 'Yusuf Demir', address: 'yusuf.demir@anadolu-textiles.example' },
  { name: 'Hannah Weiß', address: 'hannah.weiss@alpenblick.example' },
];

export const REQUESTS: readonly { readonly subject: string; readonly body: string }[] = [
  { subject: 'Cannot sign in any more', body: 'Since this morning my password is refused. Nothing was changed.' },
  { subject: 'The printer on floor 2 is out of paper', body: 'And the cupboard is empty too.' },
  {
    subject: 'Order 51307 arrived incomplete',
    body: 'Two of the twelve boxes are missing. The delivery note is right.',
  },
  { subject: 'How do I export last year’s invoices?', body: 'Our accountant needs them as PDF, all of them.' },
  { subject: 'Error 504 on the order page', body: 'It happens with large orders only, about every second time.' },
  { subject: 'Wrong name on our invoice', body: 'We moved in spring. Please use the new address from now on.' },
  { subject: 'Pump 3 makes a noise', body: 'Like gravel, and louder when it is warm. It still runs.' },
];

/** What takes place in the meeting room, and who books it. */
export const MEETINGS: readonly string[] = [
  'Stand-up',
  'Weekly planning',
  'Interview with a candidate',
  'Review of the sprint',
  'Call with Northwind',
  'Budget, second attempt',
  'One to one',
];

export const ORGANIZERS: readonly Person[] = [
  { name: 'Demo', address: 'demo@sandbox.example' },
  { name: 'Support', address: 'support@sandbox.example' },
  { name: 'Facilities', address: 'facilities@sandbox.example' },
];

/** What the branches are sent. */
export const ORDERS: readonly { readonly subject: string; readonly body: string }[] = [
  { subject: 'Order: 20 boxes of screws, M6', body: 'As last time. We collect them tomorrow.' },
  { subject: 'Is the ladder still available?', body: 'The one in the window, three metres.' },
  { subject: 'Return of a drill', body: 'It is too heavy for us. May we bring it back?' },
  { subject: 'Daily takings, please', body: 'Yesterday’s are missing. The form is the usual one.' },
  { subject: 'Opening hours at the weekend', body: 'Are you open on Sunday?' },
];

export const CATEGORIES: readonly string[] = ['Red category', 'Green category', 'Blue category'];
