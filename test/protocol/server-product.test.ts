import assert from 'node:assert/strict';
import { productName } from '../../dist/src/protocol/server-product.js';

describe('the name of a server', () => {
  const names: Readonly<Record<string, string | undefined>> = {
    '15.2.1544': 'Exchange Server 2019 CU14',
    '15.2.221': 'Exchange Server 2019',
    '15.2.2562': 'Exchange Server Subscription Edition',
    '15.2.3000': 'Exchange Server Subscription Edition',
    '15.1.2507': 'Exchange Server 2016 CU23',
    '15.1.225': 'Exchange Server 2016',
    '15.0.847': 'Exchange Server 2013 SP1',
    '15.0.913': 'Exchange Server 2013 CU5',
    '15.0.1497': 'Exchange Server 2013 CU23',
    '14.3.123': 'Exchange Server 2010 SP3',
    '8.3.83': 'Exchange Server 2007 SP3',
    '15.20.7000': 'Exchange Online',
    '15.2': undefined,
    '15.1.1': undefined,
    '16.0.1': undefined,
    '': undefined,
    constructor: undefined,
    'x.y.z': undefined,
  };
  for (const [build, name] of Object.entries(names)) {
    it(`is ${name ?? 'not known'} for ${build || 'no build'}`, () => {
      assert.equal(productName({ build }), name);
    });
  }
});
