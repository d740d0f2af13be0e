/** JSON.parse whose result must be given a type. @type {(text: string) => unknown} */
export const parseJson = JSON.parse;
