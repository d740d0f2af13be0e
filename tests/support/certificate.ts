/** A self-signed certificate, made on the spot so that no private key lies in the repository. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import { isIPv4 } from 'node:net';

const der = (tag: number, ...contents: (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(
    contents.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)),
  );
  const { length } = body;
  // DER wants the shortest form, and some readers insist.
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  const head = length < 128 ? [length] : long;
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
};

const sequence = (...parts: (Buffer | string)[]): Buffer => der(0x30, ...parts);
const ecdsaWithSha256 = sequence('06082a8648ce3d040302');

const commonName = (name: string): Buffer =>
  sequence(der(0x31, sequence('0603550403', der(0x0c, Buffer.from(name)))));

/** A DNS name, or an IPv4 address as its four bytes. */
const generalName = (name: string): Buffer =>
  isIPv4(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name));

const alternativeName = (name: string): Buffer =>
  der(0xa3, sequence(sequence('0603551d11', der(0x04, sequence(generalName(name))))));

/** X.509 v3 (RFC 5280) for one DNS name or IPv4 address, valid from 2020 to 2049. PEM. */
export const selfSigned = (name: string): { readonly key: string; readonly cert: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const time = (text: string): Buffer => der(0x17, Buffer.from(text));
  const body = sequence(
    'a003020102',
    der(0x02, '01'),
    ecdsaWithSha256,
    commonName(name),
    sequence(time('200101000000Z'), time('491231235959Z')),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    alternativeName(name),
  );
  const signature = createSign('sha256').update(body).sign(privateKey);
  const certificate = sequence(body, ecdsaWithSha256, der(0x03, '00', signature));
  const base64 = certificate.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
  };
};
