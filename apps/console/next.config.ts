import { join } from "node:path";
import type { NextConfig } from "next";
import { API_POLICY, SECURITY_HEADERS } from "./lib/security-headers.ts";

const config: NextConfig = {
  // Node strips the types of these; a bundler has to be told that they are sources.
  transpilePackages: ["@guildhall/attestation", "@guildhall/protocol"],
  turbopack: { root: join(import.meta.dirname, "../..") },
  outputFileTracingRoot: join(import.meta.dirname, "../.."),
  poweredByHeader: false,
  agentRules: false,
  headers: async () => [
    { source: "/:path*", headers: SECURITY_HEADERS },
    { source: "/api/:path*", headers: [API_POLICY] },
  ],
};

export default config;
