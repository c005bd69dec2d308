import type { WireAttack } from '../attack.ts';
import { KEYS } from '../bridge-process.ts';

const BODY = '{"destination":"0491570156"}';
const AUTH = `Host: x\r\nAuthorization: Bearer ${KEYS.both}\r\nContent-Type: application/json\r\n`;

const post = (headers: string, body: string): string =>
  `POST /dispatch HTTP/1.1\r\n${AUTH}${headers}\r\n\r\n${body}`;
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const get = (line: string, headers = 'Host: x'): string =>
  `${line}\r\n${headers}\r\nConnection: close\r\n\r\n`;

/** What a smuggler hides behind a first request: were it read as a request, it would place a call. */
const HIDDEN = `POST /dispatch HTTP/1.1\r\n${AUTH}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;

const row = (name: string, bytes: string | Buffer, status: number | null = 400): WireAttack => ({
  name,
  bytes,
  status,
});

/** Bytes that are no request, or more than one. */
export const WIRE: readonly WireAttack[] = [
  row(
    'Content-Length and Transfer-Encoding',
    post(`Content-Length: 4\r\nTransfer-Encoding: chunked`, `0\r\n\r\n${HIDDEN}`),
  ),
  row(
    'Transfer-Encoding and Content-Length',
    post(`Transfer-Encoding: chunked\r\nContent-Length: 4`, `0\r\n\r\n${HIDDEN}`),
  ),
  row('two Content-Lengths', post(`Content-Length: ${BODY.length}\r\nContent-Length: 5`, `${BODY}${HIDDEN}`)),
  row('a list of Content-Lengths', post(`Content-Length: ${BODY.length}, 5`, `${BODY}${HIDDEN}`)),
  row('a Content-Length with a plus', post(`Content-Length: +${BODY.length}`, BODY)),
  row('a negative Content-Length', post('Content-Length: -1', BODY)),
  row('a hex Content-Length', post('Content-Length: 0x1c', BODY)),
  row('a Content-Length beyond 64 bits', post('Content-Length: 99999999999999999999999', BODY)),
  row('an empty Content-Length', post('Content-Length:', BODY)),
  row('chunked, identity', post('Transfer-Encoding: chunked, identity', `${chunk(BODY)}0\r\n\r\n`)),
  row('xchunked', post('Transfer-Encoding: xchunked', `${chunk(BODY)}0\r\n\r\n`)),
  row(
    'chunked twice',
    post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', `${chunk(BODY)}0\r\n\r\n`),
  ),
  row('chunked with a vertical tab', post('Transfer-Encoding: \x0bchunked', `${chunk(BODY)}0\r\n\r\n`)),
  row('a chunk size that is none', post('Transfer-Encoding: chunked', `zz\r\n${BODY}\r\n0\r\n\r\n`)),
  row('a chunk size beyond 64 bits', post('Transfer-Encoding: chunked', `fffffffffffffffff\r\n${BODY}`)),
  row('a negative chunk size', post('Transfer-Encoding: chunked', `-1\r\n${BODY}\r\n0\r\n\r\n`)),
  row('a chunk size with 0x', post('Transfer-Encoding: chunked', `0x1c\r\n${BODY}\r\n0\r\n\r\n`)),
  row('a chunk that is longer than it says', post('Transfer-Encoding: chunked', `4\r\n${BODY}\r\n0\r\n\r\n`)),
  row('chunks that end in a bare line feed', post('Transfer-Encoding: chunked', `1c\n${BODY}\n0\n\n`)),
  row('a space before the colon', post(`Content-Length : ${BODY.length}`, BODY)),
  row('a header that is folded', post(`Content-Length:\r\n ${BODY.length}`, BODY)),
  row('a header without a name', post(': x\r\nContent-Length: 2', '{}')),
  row('a header without a colon', post('Evil\r\nContent-Length: 2', '{}')),
  row('a null byte in a header', get('GET /healthz HTTP/1.1', 'Host: x\r\nX-Evil: a\0b')),
  row('a null byte in a header name', get('GET /healthz HTTP/1.1', 'Host: x\r\nX-E\0vil: a')),
  row('a null byte in the address', get('GET /heal\0thz HTTP/1.1')),
  row('a carriage return in a header', get('GET /healthz HTTP/1.1', 'Host: x\r\nX-Evil: a\rb')),
  row('a control character in the address', get('GET /heal\x01thz HTTP/1.1')),
  row('no Host', get('GET /healthz HTTP/1.1', 'X: y')),
  row('HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  row('HTTP/0.9', 'GET /healthz\r\n\r\n'),
  row('HTTP/9.9', get('GET /healthz HTTP/9.9')),
  row('HTTP in small letters', get('GET /healthz http/1.1')),
  row('a method that is none', get('EVIL /healthz HTTP/1.1')),
  row('a method in small letters', get('get /healthz HTTP/1.1')),
  row('no method', get('/healthz HTTP/1.1')),
  row('TLS', Buffer.from('16030100c8010000c40303', 'hex')),
  row('SSH', 'SSH-2.0-OpenSSH_9.9\r\n'),
  row('SIP', 'INVITE sip:000@x SIP/2.0\r\nVia: SIP/2.0/TCP x\r\n\r\n'),
  row('Redis', '*1\r\n$8\r\nFLUSHALL\r\n'),
  row('Postgres', Buffer.from('0000000804d2162f', 'hex')),
  row('random bytes', Buffer.from('f3a90017ffde0d0a0d0a', 'hex')),
  row('a header of 20 KB', get('GET /healthz HTTP/1.1', `Host: x\r\nX-Long: ${'x'.repeat(20_000)}`), 431),
  row(
    '2,000 headers',
    get('GET /healthz HTTP/1.1', `Host: x\r\n${'X-Many: 1234567890\r\n'.repeat(2_000)}X: y`),
    431,
  ),
  row('an address of 20 KB', get(`GET /${'x'.repeat(20_000)} HTTP/1.1`), 431),
  row('a star', get('OPTIONS * HTTP/1.1'), 404),
  row('a tunnel', get('CONNECT evil.example:443 HTTP/1.1'), null),
  row('an expectation that is none', post('Content-Length: 2\r\nExpect: evil', '{}'), 417),
];
