import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openApiText } from "../apps/hall-api/src/openapi.ts";
import { denyCodesPage } from "./generate-deny-codes.ts";
import { ROOT } from "./local-hall.ts";
import { program } from "./run.ts";

/** `npm run generate`: writes again what is generated and committed. The tests fail on any difference. */
const FILES: Record<string, () => string> = {
  "apps/hall-api/openapi.json": openApiText,
  "docs/deny-codes.md": denyCodesPage,
};
for (const [file, text] of Object.entries(FILES)) {
  writeFileSync(join(ROOT, file), text());
  process.stdout.write(`${file}\n`);
}
const wrote = await program(process.execPath, ["packages/db/dump-schema.ts"]);
process.stdout.write(wrote ? "packages/db/schema.sql\n" : "packages/db/schema.sql failed\n");
process.exit(wrote ? 0 : 1);
