/**
 * The vantage of what is called directly on the local plane, servers and URLs of the user's own: functions are called
 * through the function host, whose time is in their figures alone, so the two are ranked apart.
 */
export const withoutFunctionHost = 'this machine without the function host';
