/** Queries are files of their own, so that they can be tried in the console as they are; bundlers and tests read them as text. */
declare module '*.query' {
  const text: string;
  export default text;
}
