import { readSettings } from "./env.ts";
import { seedDemo } from "./seed-demo.ts";
import { startRefusal } from "./start-refusal.ts";
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
    await app.listen({ host: settings.host, port: settings.port });
    hall.log.info({ url: settings.url, origin: settings.origin }, "the Hall serves");
    process.send?.({ kind: "ready", url: settings.url, demo });
  } catch (error) {
    await stop();
    throw error;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${startRefusal(error)}\n`);
  process.exit(1);
});
