import { describe, expect, test } from 'vitest';
import { isFictitiousNumber } from './fictitious-number.ts';
import { parsePhoneNumber } from './phone-number.ts';

const PUBLISHED_MOBILES = [
  '006 156 157 158 159 110 313 737'.split(' ').map((end) => `0491570${end}`),
  '1266 1491 1804 2549 2665 2983 3770 3087 4118 4632 5254'.split(' ').map((end) => `049157${end}`),
  '5789 6398 6801 7426 7644 8957 8148 8888 9212 9760 9455'.split(' ').map((end) => `049157${end}`),
].flat();
const FREEPHONE = ['1800160401', '1800975707', '1800975708', '1800975709', '1800975710', '1800975711'];
const LOCAL_RATE = ['1300975707', '1300975708', '1300975709', '1300975710', '1300975711'];
const FIXED = ['02', '03', '07', '08'].flatMap((area) =>
  ['5550 0000', '5550 9999', '7010 0000', '7010 9999'].map((line) => `${area} ${line}`),
);

describe('reserved for fiction and valid:', () => {
  test.each([...PUBLISHED_MOBILES, ...FREEPHONE, ...LOCAL_RATE, ...FIXED])('%s', (input) => {
    const parsed = parsePhoneNumber(input);
    expect(parsed.status).toBe('ok');
    expect(parsed.status === 'ok' && isFictitiousNumber(parsed.number.e164)).toBe(true);
  });
});

test('the authority publishes thirty mobile numbers', () => {
  expect(new Set(PUBLISHED_MOBILES).size).toBe(30);
});

test.each([
  '+61402012298',
  '+61491560156',
  '+61491580156',
  '+61255510100',
  '+61255490100',
  '+61731071901',
  '+611800160402',
  '+611800975706',
  '+611800975712',
  '+611300160401',
  '+442079460958',
  '0491570156',
  '',
])('a real number or no E.164: %j', (e164) => {
  expect(isFictitiousNumber(e164)).toBe(false);
});
