import type { FastifyInstance } from "fastify";
import { appRouter } from "../../src/trpc/router.ts";

export interface Route {
  method: string;
  /** Fastify's form, with `:name` for parameters. */
  path: string;
}

/** Every route that the router itself knows, each with each of its methods, in a stable order. */
export function registeredRoutes(app: FastifyInstance): Route[] {
  const routes: Route[] = [];
  const above: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split("\n")) {
    const [, indent, segment, methods] = /^([│ ]*)[├└]── (.*?)(?: \(([A-Z, -]+)\))?$/.exec(line) ?? [];
    if (indent === undefined || segment === undefined) {
      if (line.trim() === "") continue;
      throw new Error(`the router's listing has a line that is not understood: ${line}`);
    }
    above.length = indent.length / 4;
    above.push(segment);
    // Of a wildcard the listing leaves out what stands before it; there is one.
    const path = above.join("").replace(/^\*$/, "/log/tile/*");
    for (const method of methods?.split(", ") ?? []) routes.push({ method, path });
  }
  return routes.sort((a, b) => order(a).localeCompare(order(b), "en"));
}

/** The same, with the one route of tRPC opened up into its procedures. */
export function allRoutes(app: FastifyInstance): Route[] {
  return registeredRoutes(app).flatMap((route) =>
    route.path === "/trpc/:path"
      ? Object.keys(appRouter._def.procedures).map((name) => ({ ...route, path: `/trpc/${name}` }))
      : [route],
  );
}

export function order({ method, path }: Route): string {
  return `${path} ${method}`;
}
