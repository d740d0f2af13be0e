import { signatureFaults, type ReceivedRequest } from './sigv4.ts';

const accessKey = 'AKIDEXAMPLE';
const secretKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

/** `get-vanilla` and `post-vanilla` of AWS's published test suite for Signature Version 4. */
const vanilla = (method: string, signature: string): ReceivedRequest => ({
  method,
  target: '/',
  headers: {
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  },
  body: '',
});
const get = vanilla('GET', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31');
const post = vanilla('POST', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b');

const withHeaders = (headers: ReceivedRequest['headers']): ReceivedRequest => ({
  ...get,
  headers: { ...get.headers, ...headers },
});

describe('signatureFaults', () => {
  it.each([
    ['get-vanilla', get],
    ['post-vanilla', post],
  ])('accepts %s', (_name, request) => {
    expect(signatureFaults(request, accessKey, secretKey)).toEqual([]);
  });

  const other = ['the signature is another'];
  it.each([
    ['another body', { ...get, body: ' ' }, other],
    ['another method', { ...get, method: 'PUT' }, other],
    ['another path', { ...get, target: '/x' }, other],
    ['another host', withHeaders({ host: 'example.org' }), other],
    ['a header that is not signed', withHeaders({ 'x-amz-target': 'T' }), ['x-amz-target is not signed']],
    ['no signature', withHeaders({ authorization: undefined }), ['no usable authorization: none']],
  ])('refuses %s', (_what, request, faults) => {
    expect(signatureFaults(request, accessKey, secretKey)).toEqual(faults);
  });

  it('refuses a header that is signed but was not sent, as libcurl does when a line removes one', () => {
    const authorization = (get.headers['authorization'] ?? '').replace('=host;', '=expect;host;');
    expect(signatureFaults(withHeaders({ authorization }), accessKey, secretKey)).toContain(
      'expect is signed but not sent',
    );
  });

  it('refuses another secret key and another access key', () => {
    expect(signatureFaults(get, accessKey, `${secretKey}x`)).toEqual(other);
    expect(signatureFaults(get, 'AKIDOTHER', secretKey)).toEqual([`signed by ${accessKey}`]);
  });
});
