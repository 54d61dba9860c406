import { UsageError } from "./command.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A length of time as people write it: 90s, 15m, 24h, 30d. */
export function seconds(option: string, text: string): number {
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new UsageError(`Expected ${option} like 90s, 15m, 24h or 30d.`);
  return Number(count) * UNITS[unit]!;
}
