/**
 * `__Host-`: sent to this host only, never over a plain network. Browsers treat http://localhost as
 * trustworthy and keep such a cookie there; Safari does not, and the sign-in page says so.
 */
export const SESSION_COOKIE = "__Host-guildhall.session";

/** What the browser keeps while somebody is at their provider: `in` or `link`, a dot, and the Hall's token. */
export const SSO_COOKIE = "__Host-guildhall.sso";
