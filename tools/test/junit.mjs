/**
 * Results as JUnit's XML, which CodeBuild's reports show. Written here, for jest's reporter and for the checks alike: a package for
 * jest's alone would be the larger part.
 */

/** @typedef {{ group: string, title: string, status: string, seconds: number, messages: readonly string[] }} Case `messages`: of a failure */

/** XML 1.0 has no other control characters, and no colours. @param {string} text */
const plain = (text) =>
  text.replaceAll(/\u001b\[[0-9;]*m|[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\n', '&#10;'],
]);
/** @param {string} text */
const escaped = (text) => plain(text).replaceAll(/[&<>"\n]/g, (one) => entities.get(one) ?? one);

/** The end of long words, where runners say what went wrong. */
const mostCharacters = 10_000;

/** @param {Case} one */
const caseOf = ({ group, title, status, seconds, messages }) => {
  const head = `<testcase classname="${escaped(group)}" name="${escaped(title)}" time="${seconds.toFixed(3)}"`;
  if (status === 'failed') {
    const text = messages.join('\n\n').trim();
    const [first = ''] = text.split('\n');
    const body = escaped(text.slice(-mostCharacters));
    return `${head}><failure message="${escaped(first.slice(0, 500))}">${body}</failure></testcase>`;
  }
  return status === 'passed' ? `${head}/>` : `${head}><skipped/></testcase>`;
};

/** @param {string} name @param {readonly Case[]} cases @returns {string} */
export const junit = (name, cases) => {
  const failures = cases.filter(({ status }) => status === 'failed').length;
  const skipped = cases.filter(({ status }) => status !== 'failed' && status !== 'passed').length;
  const counts = `tests="${cases.length}" failures="${failures}" skipped="${skipped}"`;
  const suite = [`<testsuite name="${escaped(name)}" ${counts}>`, ...cases.map(caseOf), '</testsuite>'];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suite.join('\n')}\n</testsuites>\n`;
};
