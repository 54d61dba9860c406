import { readSettings } from "./env.ts";
import { seedDemo } from "./seed-demo.ts";
import { startRefusal } from "./start-refusal.ts";
import { offerFirstRun } from "./tenants/first-run.ts";
import { startHall } from "./wiring.ts";

/** One Hall process: settings, wiring, port, signals. */
async function main(): Promise<void> {
  const settings = readSettings();
  const { hall, app, stop } = await startHall(settings);
  let stopping = false;
  const end = (signal: string) => {
    if (stopping) return;
    stopping = true;
    hall.log.info({ signal }, "stopping: finishing what runs");
    stop().then(
      () => process.exit(0),
      (err) => {
        hall.log.error({ err }, "stopping failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => end("SIGTERM"));
  process.on("SIGINT", () => end("SIGINT"));
  // Whoever started us may go first; a Hall without a parent that asked for one stops too.
  process.on("disconnect", () => end("disconnect"));
  try {
    const demo = settings.seed === "demo" ? await seedDemo(hall) : null;
    const firstRun = await offerFirstRun(hall);
    await app.listen({ host: settings.host, port: settings.port });
    hall.log.info({ url: settings.url, origin: settings.origin }, "the Hall serves");
    // Whoever started us with a channel prints it in a place of its own. It is never in the log, which is kept.
    if (firstRun && !process.send) process.stdout.write(firstRunWords(firstRun));
    process.send?.({ kind: "ready", url: settings.url, demo, firstRunUrl: firstRun?.url ?? null });
  } catch (error) {
    await stop();
    throw error;
  }
}

function firstRunWords({ url, expiresAt }: { url: string; expiresAt: Date }): string {
  const until = `${expiresAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return `\n  Nobody operates this Hall yet. Whoever opens this becomes the first who does:\n  ${url}\n  (once, until ${until}; another start prints another)\n\n`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${startRefusal(error)}\n`);
  process.exit(1);
});
