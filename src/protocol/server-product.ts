import type { ServerVersionInfo } from './server-version.js';

/** Cumulative updates by build (docs: "Exchange Server build numbers and release dates"); a build between two is a security update of the lower. */
const UPDATES: Readonly<Record<string, readonly (readonly [build: number, name: string])[]>> = {
  '15.0': [
    [516, 'Exchange Server 2013'],
    ...updates('Exchange Server 2013', [620, 712, 775]),
    [847, 'Exchange Server 2013 SP1'],
    ...updates(
      'Exchange Server 2013',
      [
        ...[913, 995, 1044, 1076, 1104, 1130, 1156, 1178, 1210],
        ...[1236, 1263, 1293, 1320, 1347, 1365, 1367, 1395, 1473, 1497],
      ],
      5,
    ),
  ],
  '15.1': [
    [225, 'Exchange Server 2016'],
    ...updates('Exchange Server 2016', [
      ...[396, 466, 544, 669, 845, 1034, 1261, 1415, 1466, 1531, 1591, 1713],
      ...[1779, 1847, 1913, 1979, 2044, 2106, 2176, 2242, 2308, 2375, 2507],
    ]),
  ],
  '15.2': [
    [221, 'Exchange Server 2019'],
    ...updates('Exchange Server 2019', [
      ...[330, 397, 464, 529, 595, 659, 721, 792, 858, 922, 986, 1118, 1258, 1544, 1748],
    ]),
    [2562, 'Exchange Server Subscription Edition'],
  ],
};

/** By major and minor version, where updates are not told apart. */
const PRODUCTS: Readonly<Record<string, string>> = {
  '8.0': 'Exchange Server 2007',
  '8.1': 'Exchange Server 2007 SP1',
  '8.2': 'Exchange Server 2007 SP2',
  '8.3': 'Exchange Server 2007 SP3',
  '14.0': 'Exchange Server 2010',
  '14.1': 'Exchange Server 2010 SP1',
  '14.2': 'Exchange Server 2010 SP2',
  '14.3': 'Exchange Server 2010 SP3',
  '15.20': 'Exchange Online',
};

function updates(product: string, builds: readonly number[], first = 1): (readonly [number, string])[] {
  return builds.map((build, at) => [build, `${product} CU${first + at}`] as const);
}

/** The name of the product that says so of itself; `undefined` for numbers that mean nothing well known. */
export function productName({ build }: ServerVersionInfo): string | undefined {
  const [major = '', minor = '', number = ''] = build.split('.');
  const release = `${major}.${minor}`;
  const known = UPDATES[release]?.filter(([from]) => from <= Number(number)).at(-1)?.[1];
  return known ?? (Object.hasOwn(PRODUCTS, release) ? PRODUCTS[release] : undefined);
}
