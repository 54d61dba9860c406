/** How long a founding link works; the auditor looks at it for as long. */
export const FOUNDING_LINK_MS = 24 * 3600 * 1000;
