/** What stands in a digest's place where a tenant has no bundle. */
export const NO_BUNDLE = "none";
