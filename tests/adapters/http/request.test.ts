import { addressOf, requestBytes } from '../../../src/adapters/http/request.ts';
import { InputError } from '../../../src/core/errors.ts';

const url = 'http://abc.execute-api.localhost:4321/hits?a=1';
const bytesOf = (request: object) =>
  requestBytes({ url, method: 'GET', headers: {}, ...request }, addressOf(url)).toString('latin1');

describe('addressOf', () => {
  it('leads localhost and every name below it to 127.0.0.1, and keeps the name for the server', () => {
    expect(addressOf(url)).toEqual({
      host: '127.0.0.1',
      port: 4321,
      tls: false,
      serverName: 'abc.execute-api.localhost',
      authority: 'abc.execute-api.localhost:4321',
      path: '/hits?a=1',
    });
    expect(addressOf('http://notlocalhost/').host).toBe('notlocalhost');
  });

  it('knows the ports of the schemes and names no IP address to a TLS server', () => {
    expect(addressOf('https://example.com')).toMatchObject({
      port: 443,
      tls: true,
      serverName: 'example.com',
      path: '/',
    });
    expect(addressOf('https://[::1]:8443/x')).toMatchObject({
      host: '::1',
      port: 8443,
      serverName: '',
      authority: '[::1]:8443',
    });
  });

  it.each(['localhost:3000/hits', '/hits', 'ftp://x/', ''])('refuses %j', (wrong) => {
    expect(() => addressOf(wrong)).toThrow(InputError);
  });
});

describe('requestBytes', () => {
  it('writes a GET without length', () => {
    expect(bytesOf({})).toBe(
      'GET /hits?a=1 HTTP/1.1\r\nhost: abc.execute-api.localhost:4321\r\nuser-agent: latency-lab\r\naccept: */*\r\n\r\n',
    );
  });

  it('writes the length of a body in bytes, and of an empty POST', () => {
    expect(bytesOf({ method: 'POST', body: '{"x":"é"}' })).toMatch(/content-length: 10\r\n\r\n\{/);
    expect(bytesOf({ method: 'POST' })).toMatch(/content-length: 0\r\n\r\n$/);
  });

  it('lets the caller replace its headers, whatever their case', () => {
    expect(bytesOf({ headers: { 'User-Agent': 'me', Accept: 'text/html' } })).toMatch(
      /user-agent: me\r\naccept: text\/html\r\n/,
    );
  });

  it.each([
    [{ method: 'GET /x HTTP/1.1\r\nA: b' }],
    [{ headers: { 'a b': '1' } }],
    [{ headers: { a: '1\r\nb: 2' } }],
    [{ headers: { 'Content-Length': '3' } }],
    [{ headers: { 'Transfer-Encoding': 'chunked' } }],
  ])('refuses %j', (request) => {
    expect(() => bytesOf(request)).toThrow(InputError);
  });
});
