/** The only place that reads the environment. All faults are reported together, when first asked. */

export interface Settings {
  /** Encrypts the session cookie. The start script makes it; whoever holds it can read cookies. */
  consoleSecret: string;
  /** Where the Hall answers, without a slash at the end. */
  hallUrl: string;
  /** Where people reach this console: the only origin it answers to. */
  consoleUrl: string;
}

export class SettingsError extends Error {
  override name = "SettingsError";
}

const SECRET_LENGTH_MIN = 32;
let settings: Settings | null = null;

/** @throws SettingsError that names every fault and what was expected */
export function readSettings(): Settings {
  settings ??= parse(process.env);
  return settings;
}

/** Of whoever starts the console by its own server. */
export function setMode(mode: "development" | "production"): void {
  Object.assign(process.env, { NODE_ENV: mode });
}

export const isDevelopment = process.env.NODE_ENV === "development";

function parse(env: NodeJS.ProcessEnv): Settings {
  const faults: string[] = [];
  const consoleSecret = env.HALL_CONSOLE_SECRET ?? "";
  if (consoleSecret.length < SECRET_LENGTH_MIN)
    faults.push(`HALL_CONSOLE_SECRET: expected at least ${SECRET_LENGTH_MIN} characters; npm start makes it`);
  const hallUrl = readUrl("HALL_API_URL", env.HALL_API_URL ?? "http://localhost:8765", faults);
  // next-auth's own name for it, and its own default: both must mean the same address.
  const consoleUrl = readUrl("NEXTAUTH_URL", env.NEXTAUTH_URL ?? "http://localhost:3000", faults);
  if (faults.length > 0) throw new SettingsError(`Settings are wrong:\n  ${faults.join("\n  ")}`);
  return { consoleSecret, hallUrl, consoleUrl };
}

function readUrl(name: string, text: string, faults: string[]): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    faults.push(`${name}: expected an http or https address`);
  return text.replace(/\/+$/, "");
}
