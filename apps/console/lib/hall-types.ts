import type { AppRouter } from "@guildhall/hall-api/trpc";
import type { SealedReceipt } from "@guildhall/protocol";
import type { inferRouterOutputs } from "@trpc/server";

/** What the Hall's tRPC door answers, by the console's own words. Types only: nothing of hall-api runs here. */

export type { AppRouter };

export type Answers = inferRouterOutputs<AppRouter>;

export type SignInStep = Answers["session"]["begin"];
/** A session that has begun. */
export type NewSession = Answers["session"]["verify-factor"];
export type Me = Answers["session"]["me"];
export type HallState = Me["hall"];
export type DecisionPage = Answers["decision"]["list"];
export type DecisionSummary = DecisionPage["decisions"][number];
export type DecisionDetail = Answers["decision"]["get"];
export type RailStep = DecisionDetail["steps"][number];

/** The door types a receipt loosely, so that a console of today can show a receipt of tomorrow. */
export type DoorReceipt = DecisionDetail["sealed"] | SealedReceipt;
