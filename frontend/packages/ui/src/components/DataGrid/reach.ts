/** How far pages reach: the server turns no further, for it would have to pass over all that lies before. */
const MOST_PASSED = 100_000;

/** The last page that can be turned to, counted from 0. */
export const lastReachable = (pageSize: number): number => Math.floor(MOST_PASSED / pageSize);
