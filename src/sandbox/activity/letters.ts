import type { ItemProperties } from '../mailbox/item.js';

/** One mail in so many is one of these. */
export const LETTER_EVERY = 4;

/** Mails that hold more than a line of text: HTML, attachments, subjects in other scripts. */
export const LETTERS: readonly ItemProperties[] = [
  {
    subject: '見積書の送付について',
    bodyType: 'HTML',
    body: '<html><body><p>見積書をお送りします。<b>ご確認</b>ください。</p></body></html>',
    attachments: [{ name: '見積書.csv', contentType: 'text/csv', content: '品名,数量\r\nセンサー,40\r\n' }],
  },
  {
    subject: 'Смета на ремонт конвейера',
    bodyType: 'HTML',
    body: '<html><body><p>Смета во вложении.</p><ul><li>двигатель</li><li>лента</li></ul></body></html>',
    importance: 'High',
    attachments: [{ name: 'смета.txt', contentType: 'text/plain', content: 'Двигатель: 1\nЛента: 12 м\n' }],
  },
  {
    subject: 'Readings of the week 📈',
    bodyType: 'HTML',
    body: '<html><body><table><tr><th>Store</th><th>°C</th></tr><tr><td>2</td><td>4.1</td></tr></table></body></html>',
    attachments: [
      { name: 'readings.csv', contentType: 'text/csv', content: 'store,celsius\r\n1,3.9\r\n2,4.1\r\n' },
      { name: 'readings.json', contentType: 'application/json', content: '[{"store":1,"celsius":3.9}]' },
    ],
  },
  {
    subject: 'Façade: photos & measures <draft>',
    bodyType: 'HTML',
    body: '<html><body><p>Measures &lt; 3&nbsp;m are still open &amp; follow.</p></body></html>',
    attachments: [
      {
        name: 'dot.gif',
        contentType: 'image/gif',
        content: Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
        isInline: true,
      },
    ],
  },
];
