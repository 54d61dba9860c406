/** The only place that reads the environment. */
export function wantsNoColour(env: NodeJS.ProcessEnv = process.env): boolean {
  // no-color.org: any value but the empty one.
  return (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
}
