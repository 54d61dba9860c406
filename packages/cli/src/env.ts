/** The only place that reads the environment. */
export function wantsNoColour(env: NodeJS.ProcessEnv = process.env): boolean {
  // no-color.org: any value but the empty one.
  return (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
}

/** The API key for a Hall, or null. */
export function hallKey(env: NodeJS.ProcessEnv = process.env): string | null {
  return (env.HALL_KEY ?? "").trim() || null;
}
