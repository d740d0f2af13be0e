import { credentialsFor, functionCredentials, keyPrefixOf, newSecret } from '../../src/local/credentials.ts';

describe('credentialsFor', () => {
  it('gives each principal of a run a key of its own that begins with what is secret of the run', () => {
    const [secret, other] = [newSecret(), newSecret()];
    const keys = ['a', 'b', 'a'].map((principal) => credentialsFor(secret, principal));
    expect(keys[0]).toEqual(keys[2]);
    expect(keys[0]?.accessKeyId).not.toBe(keys[1]?.accessKeyId);
    for (const { accessKeyId } of keys) {
      expect(accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
      expect(accessKeyId.startsWith(keyPrefixOf(secret))).toBe(true);
      expect(accessKeyId.startsWith(keyPrefixOf(other))).toBe(false);
    }
  });
});

describe('functionCredentials', () => {
  it('has a key of its own per function and role', () => {
    const keys = [
      { arn: 'a', role: 'r' },
      { arn: 'a', role: 's' },
      { arn: 'b', role: 'r' },
    ].map((one) => functionCredentials('secret', one).accessKeyId);
    expect(new Set(keys).size).toBe(3);
  });
});
