/** `localhost` and every name below it is this machine, whatever a resolver says (RFC 6761, section 6.3). */
const isLocalName = (name: string): boolean => /(^|\.)localhost\.?$/i.test(name);

/** What to connect to for the host of a URL: a name, or an address without brackets. */
export const connectHost = (hostname: string): string => {
  const name = hostname.replace(/^\[(.*)\]$/, '$1');
  return isLocalName(name) ? '127.0.0.1' : name;
};

/** Whether a load on this URL stays on this machine. */
export const isLoopback = (url: string): boolean => {
  const host = connectHost(new URL(url).hostname);
  return /^127\.\d+\.\d+\.\d+$/.test(host) || host === '::1';
};
