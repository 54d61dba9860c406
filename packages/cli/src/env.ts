/** The only place that reads the environment. */
export function wantsNoColour(env: NodeJS.ProcessEnv = process.env): boolean {
  // no-color.org: any value but the empty one.
  return (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
}

/** The file that holds the operator's token of a Hall, or null. */
export function operatorTokenFile(env: NodeJS.ProcessEnv = process.env): string | null {
  return (env.HALL_OPERATOR_TOKEN_FILE ?? "").trim() || null;
}

/** The API key for a Hall, or null. */
export function hallKey(env: NodeJS.ProcessEnv = process.env): string | null {
  return (env.HALL_KEY ?? "").trim() || null;
}

/** The secret under which package manifests are signed for existing verifiers, or null. */
export function attestSecret(env: NodeJS.ProcessEnv = process.env): string | null {
  return env.WCP_ATTEST_HMAC_KEY || null;
}
