/** `local-20261121-082650`: sorts by time, fits a run id and an execution's name. UTC. */
export const newRunId = (prefix: string, at: Date): string => {
  const [date = '', time = ''] = at.toISOString().slice(0, 19).replace(/[-:]/g, '').split('T');
  return `${prefix}-${date}-${time}`;
};
