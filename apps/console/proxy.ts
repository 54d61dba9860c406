import { type NextRequest, NextResponse } from "next/server";
import { isDevelopment } from "./env.ts";
import { contentSecurityPolicy } from "./lib/security-headers.ts";

/** Gives each page its own nonce. It decides nothing about who may see what: pages and the Hall do. */
export function proxy(request: NextRequest): NextResponse {
  const policy = contentSecurityPolicy(crypto.randomUUID(), isDevelopment);
  const headers = new Headers(request.headers);
  // Next takes the nonce for its own scripts from here.
  headers.set("Content-Security-Policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  return response;
}

export const config = { matcher: "/((?!api/|_next/static|_next/image|icon.svg).*)" };
