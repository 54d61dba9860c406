export * from "./database.ts";
export * from "./log-files.ts";
