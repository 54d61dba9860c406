import { loadavg } from "node:os";
import { median } from "./load.ts";

/** One line of a benchmark: what was measured in each round, and what it is held against. */
export interface Row {
  case: string;
  unit: string;
  /** One value a round. */
  values: number[];
  /** The floor or peer of the same run, and which way round the ratio goes. */
  against?: { name: string; values: number[]; target?: string };
  note?: string;
}

export function printTable(title: string, rows: readonly Row[]): void {
  const lines = rows.map((row) => {
    const ratios = row.against?.values.map((value, i) => row.values[i]! / value) ?? [];
    return [
      row.case,
      `${figure(median(row.values))} ${row.unit}`,
      `${figure(Math.min(...row.values))}–${figure(Math.max(...row.values))}`,
      ratios.length > 0 ? figure(median(ratios)) : "",
      row.against ? `${row.against.name}${row.against.target ? ` (${row.against.target})` : ""}` : "",
      row.note ?? "",
    ];
  });
  const heads = ["case", "median", "min–max", "ratio", "against (target)", ""];
  const widths = heads.map((head, i) => Math.max(head.length, ...lines.map((line) => line[i]!.length)));
  const format = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd();
  process.stdout.write(`\n${title}\n${format(heads)}\n${widths.map((w) => "─".repeat(w)).join("  ")}\n`);
  for (const line of lines) process.stdout.write(`${format(line)}\n`);
}

export function printConditions(versions: Record<string, string>): void {
  const of = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const load = loadavg().map((l) => l.toFixed(2));
  process.stdout.write(`\n${new Date().toISOString()}, load average ${load.join(" ")}, ${of.join(", ")}\n`);
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1000) return Math.round(value).toLocaleString("en").replaceAll(",", " ");
  return value >= 10 ? value.toFixed(1) : value.toPrecision(3);
}
