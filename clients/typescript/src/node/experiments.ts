import { create } from "@bufbuild/protobuf";
import type { ArmAssignment } from "../core/arms.js";
import type { Evaluation, ExperimentReport } from "../core/experiment-reports.js";
import type { Experiment, KeptExperiment } from "../core/experiments.js";
import type { KeptPolicy, Policy, Promotion, ReportReference } from "../core/policies.js";
import type { CallOptions } from "../core/recommendations.js";
import { READING, REPEATABLE } from "../core/retrying.js";
import { ExperimentSchema } from "../gen/headwater/v1/experiment_pb.js";
import { EvaluationView, ExperimentReportSchema } from "../gen/headwater/v1/experiment_report_pb.js";
import { ExperimentService } from "../gen/headwater/v1/experiment_service_pb.js";
import { arm } from "../wire/arms.js";
import { evaluation, report } from "../wire/experiment-reports.js";
import { fromExperiment, toExperiment } from "../wire/experiments.js";
import { fromPolicy, promotion, toPolicy } from "../wire/policies.js";
import { Catalogue, READ_MS, WRITE_MS } from "./catalogue.js";

const ENTRIES_A_PAGE = 100;

/** Answer only from a state that is at least this new: the `offset` of a write. */
export interface MinOffset {
  minOffset?: string;
}

/**
 * Policies, and experiments that compare them. The key needs the scope `experiments`. Every call is repeated when the
 * server is away: what is done already is not done again. A `FailedPreconditionError` has the `conditions` that fail.
 */
export class Experiments extends Catalogue {
  readonly #experiments = this.service(ExperimentService);

  /** Write a policy. It changes no list until an arm uses it or it is promoted. */
  async upsertPolicy(policy: Policy, options: CallOptions = {}): Promise<{ policy: KeptPolicy; offset: string }> {
    const request = { policy: toPolicy(policy) };
    const answer = await this.make(
      (each) => this.#experiments.upsertPolicy(request, each),
      options,
      WRITE_MS,
      REPEATABLE,
    );
    return { policy: fromPolicy(answer.policy), offset: answer.offset };
  }

  /** Yield all policies in order of id; each page (`timeoutMs` each) is requested when it is needed. */
  async *listPolicies(options: CallOptions & MinOffset = {}): AsyncGenerator<KeptPolicy> {
    let pageToken = "";
    do {
      const page = await this.#policies({ pageSize: ENTRIES_A_PAGE, pageToken }, options);
      yield* page.policies.map(fromPolicy);
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Return the stack of promotions, the latest last. */
  async listPromotions(options: CallOptions & MinOffset = {}): Promise<Promotion[]> {
    const page = await this.#policies({ pageSize: 1, pageToken: "" }, options);
    return page.promotions.map(promotion);
  }

  #policies(page: { pageSize: number; pageToken: string }, options: CallOptions & MinOffset) {
    const request = { ...page, minOffset: options.minOffset ?? "" };
    return this.make((each) => this.#experiments.listPolicies(request, each), options, WRITE_MS, READING);
  }

  /** Put a policy in force for all visitors, if the report supports it; `force` is a reason to do it without. */
  async promotePolicy(
    policyId: string,
    options: CallOptions & { requireReport?: ReportReference; force?: string },
  ): Promise<{ promotion: Promotion; offset: string }> {
    const request = { policyId, requireReport: options.requireReport, force: options.force ?? "" };
    const answer = await this.make(
      (each) => this.#experiments.promotePolicy(request, each),
      options,
      WRITE_MS,
      REPEATABLE,
    );
    return { promotion: promotion(answer.promotion), offset: answer.offset };
  }

  /** Take the latest promotion back, which must be this policy's. */
  async rollbackPolicy(
    policyId: string,
    options: CallOptions & { reason?: string } = {},
  ): Promise<{ promotions: Promotion[]; offset: string }> {
    const request = { policyId, reason: options.reason ?? "" };
    const answer = await this.make(
      (each) => this.#experiments.rollbackPolicy(request, each),
      options,
      WRITE_MS,
      REPEATABLE,
    );
    return { promotions: answer.promotions.map(promotion), offset: answer.offset };
  }

  /** Create an experiment; it starts at once or at its `startTime`. */
  async createExperiment(
    experiment: Experiment,
    options: CallOptions = {},
  ): Promise<{ experiment: KeptExperiment; offset: string }> {
    const request = { experiment: toExperiment(experiment) };
    const answer = await this.make(
      (each) => this.#experiments.createExperiment(request, each),
      options,
      WRITE_MS,
      REPEATABLE,
    );
    return { experiment: fromExperiment(answer.experiment ?? create(ExperimentSchema)), offset: answer.offset };
  }

  /** Return an experiment; `NotFoundError` if there is none with the id. */
  async getExperiment(experimentId: string, options: CallOptions & MinOffset = {}): Promise<KeptExperiment> {
    const request = { experimentId, minOffset: options.minOffset ?? "" };
    const answer = await this.make(
      (each) => this.#experiments.getExperiment(request, each),
      options,
      WRITE_MS,
      READING,
    );
    return fromExperiment(answer.experiment ?? create(ExperimentSchema));
  }

  /** Yield all experiments in order of id; each page (`timeoutMs` each) is requested when it is needed. */
  async *listExperiments(options: CallOptions & MinOffset = {}): AsyncGenerator<KeptExperiment> {
    let pageToken = "";
    do {
      const request = { pageSize: ENTRIES_A_PAGE, pageToken, minOffset: options.minOffset ?? "" };
      const page = await this.make(
        (each) => this.#experiments.listExperiments(request, each),
        options,
        WRITE_MS,
        READING,
      );
      yield* page.experiments.map(fromExperiment);
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Stop an experiment for good, or close only the arm `armId`. */
  async stopExperiment(
    experimentId: string,
    options: CallOptions & { armId?: string; reason: string },
  ): Promise<{ experiment: KeptExperiment; offset: string }> {
    const request = { experimentId, armId: options.armId ?? "", reason: options.reason };
    const answer = await this.make(
      (each) => this.#experiments.stopExperiment(request, each),
      options,
      WRITE_MS,
      REPEATABLE,
    );
    return { experiment: fromExperiment(answer.experiment ?? create(ExperimentSchema)), offset: answer.offset };
  }

  /** Return an experiment's figures; with `asOf` only those of exactly that state. */
  async getExperimentReport(
    experimentId: string,
    options: CallOptions & MinOffset & { asOf?: string } = {},
  ): Promise<ExperimentReport> {
    const request = { experimentId, asOf: options.asOf ?? "", minOffset: options.minOffset ?? "" };
    const answer = await this.make(
      (each) => this.#experiments.getExperimentReport(request, each),
      options,
      WRITE_MS,
      READING,
    );
    return report(answer.report ?? create(ExperimentReportSchema), answer.offset);
  }

  /** Yield what `headwater evaluate` published, newest first; with `full: false` all but `reportJson`, of up to 1 MB. */
  async *listEvaluations(options: CallOptions & { full?: boolean } = {}): AsyncGenerator<Evaluation> {
    const view = (options.full ?? true) ? EvaluationView.FULL : EvaluationView.SUMMARY;
    let pageToken = "";
    do {
      const request = { pageSize: ENTRIES_A_PAGE, pageToken, view };
      const page = await this.make(
        (each) => this.#experiments.listEvaluations(request, each),
        options,
        WRITE_MS,
        READING,
      );
      yield* page.evaluations.map(evaluation);
      pageToken = page.nextPageToken;
    } while (pageToken);
  }

  /** Return a visitor's arms; only `recommend` and an impression expose a visitor to one. */
  async assignArms(
    visitorId: string,
    options: CallOptions & MinOffset & { userId?: string; placement?: string } = {},
  ): Promise<ArmAssignment[]> {
    const { userId = "", placement = "", minOffset = "" } = options;
    const request = { visitorId, userId, placement, minOffset };
    const answer = await this.make((each) => this.#experiments.assignArms(request, each), options, READ_MS, READING);
    return answer.arms.map(arm);
  }
}
