/** The only place that reads the environment. All faults are reported together. */
export interface Settings {
  /** 0 for any free one. */
  port: number;
  hallUrl: string;
}

const HALL_URL = "http://localhost:8765";

/** @throws Error that names every fault and what was expected */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const { SUMMARIZER_PORT: port = "0", HALL_URL: hallUrl = HALL_URL } = env;
  const faults: string[] = [];
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) > 65_535)
    faults.push("SUMMARIZER_PORT: expected a port, 0 to 65535");
  if (!URL.canParse(hallUrl) || !/^https?:$/.test(new URL(hallUrl).protocol))
    faults.push("HALL_URL: expected http:// or https://");
  if (faults.length > 0) throw new Error(`Settings are wrong:\n  ${faults.join("\n  ")}`);
  return { port: Number(port), hallUrl };
}
