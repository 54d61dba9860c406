import manifest from "../package.json" with { type: "json" };

export const HALL_VERSION: string = manifest.version;
