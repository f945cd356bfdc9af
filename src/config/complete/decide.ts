// scorecard, segments, flags, plays, gates → decisions about accounts: names from keys, conditions long, defaults in.

import type {
  FlagDefinition,
  GateSettings,
  HomeSettings,
  IdentitySettings,
  KpiSettings,
  MatrixDefinition,
  PlayDefinition,
  PlaySettings,
  Scorecard,
  SegmentDefinition,
  Way,
} from '../../domain/decisions.ts';
import type { KpiFormula } from '../../domain/kpi.ts';
import type { FlagsFile } from '../schema/flags.ts';
import type { GatesFile } from '../schema/gates.ts';
import type { IdentityFile } from '../schema/identity.ts';
import type { KenkoFile } from '../schema/kenko.ts';
import type { KpisFile } from '../schema/kpis.ts';
import { daysOf } from '../schema/pieces.ts';
import type { PlaysFile } from '../schema/plays.ts';
import type { ScorecardFile } from '../schema/scorecard.ts';
import type { SegmentsFile } from '../schema/segments.ts';
import { condition, conditionOrNull } from './condition.ts';
import { weightsOf } from './weights.ts';
import { words, wordsOrName } from './words.ts';

/** kenko.yaml. */
export function completeHome(file: KenkoFile): HomeSettings {
  return {
    name: file.name,
    purpose: file.purpose,
    zone: file.zone,
    locale: file.locale,
    holidays: file.holidays,
    extraHolidays: [...file.extra_holidays].sort(),
    currency: file.currency,
    schedule: file.schedule,
    missedRuns: file.missed_runs,
    state: { path: file.state.path, keepDays: file.state.keep_days, anyFileSystem: file.state.any_file_system },
    budgets: Object.fromEntries(
      Object.entries(file.budgets).map(([crm, budget]) => [
        crm,
        { shareOfDay: budget.share_of_day, shareOfRun: budget.share_of_run },
      ]),
    ),
    console: {
      host: file.console.host,
      port: file.console.port,
      tokenEnv: file.console.token_env,
      publicUrl: file.console.public_url,
    },
    heartbeatUrl: file.heartbeat_url === '' ? null : file.heartbeat_url,
    notifyUrl: file.notify_url === '' ? null : file.notify_url,
    notifyFormat: file.notify_format,
    notifyAllowAddresses: file.notify_allow_addresses,
  };
}

/** identity.yaml. */
export function completeIdentity(file: IdentityFile): IdentitySettings {
  return {
    match: file.match,
    keyFrom: file.key_from,
    rosters: file.rosters,
    byHand: file.by_hand,
    freeDomains: file.free_domains.map((domain) => domain.toLowerCase()),
    phoneCountry: file.phone_country,
    manyToOne: file.many_to_one,
    together: file.together,
    people: {
      match: file.people.match,
      keepAddresses: file.people.keep_addresses,
      forgetAfterDays: file.people.forget_after_days,
    },
    population: conditionOrNull(file.population),
  };
}

/** scorecard.yaml. */
export function completeScorecard(file: ScorecardFile): Scorecard {
  return {
    id: file.id,
    version: file.version,
    dimensions: Object.fromEntries(Object.entries(file.dimensions).map(([name, label]) => [name, words(label)])),
    models: file.models.map((model) => ({
      id: model.id,
      label: wordsOrName(model.label, model.id),
      when: conditionOrNull(model.when),
      weights: sharedWeights(model),
      frozen: model.frozen,
    })),
    bands: {
      yellow: file.bands.yellow,
      green: file.bands.green,
      hysteresis: file.bands.hysteresis,
      dwellRuns: file.bands.dwell_runs,
      alertAtOrBelow: file.bands.alert_at_or_below,
      alertRearm: file.bands.alert_rearm,
      trendDeadZone: file.bands.trend_dead_zone,
      dropAlert30d: file.bands.drop_alert_30d,
      dropAlert7d: file.bands.drop_alert_7d,
    },
    caps: file.caps.map((cap) => ({
      name: cap.name,
      when: condition(cap.when),
      limit: cap.limit,
      text: words(cap.text),
    })),
    override:
      file.override === undefined
        ? null
        : {
            limit: file.override.limit,
            maxDays: file.override.max_days,
            value: file.override.value,
            reason: file.override.reason,
            until: file.override.until,
          },
    coverage: file.coverage,
    requiredDimension: file.required_dimension ?? null,
    activeWhen: conditionOrNull(file.active_when),
    families:
      file.families === undefined
        ? null
        : {
            score: file.families.score,
            weight: file.families.weight,
            ownWhen: conditionOrNull(file.families.own_when),
          },
    matrices: Object.entries(file.matrices).map(
      ([name, matrix]): MatrixDefinition => ({
        name,
        rows: axis(matrix.rows),
        columns: axis(matrix.columns),
        cells: Object.fromEntries(
          Object.entries(matrix.cells).map(([key, cell]) => [key, { value: cell.value, label: words(cell.label) }]),
        ),
      }),
    ),
  };
}
/** Weights as written, groups shared out; or brought to 100 together. */
function sharedWeights(model: ScorecardFile['models'][number]): Scorecard['models'][number]['weights'] {
  const weights = weightsOf(model).map(({ metric, dimension, weight, groups }) => ({
    metric,
    dimension,
    weight,
    ...(groups.length === 0 ? {} : { groups }),
  }));
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  return model.normalise && sum > 0
    ? weights.map((weight) => ({ ...weight, weight: (weight.weight * 100) / sum }))
    : weights;
}
function axis(given: ScorecardFile['matrices'][string]['rows']): MatrixDefinition['rows'] {
  return { fact: given.fact, cuts: given.cuts.map((cut) => ({ name: cut.name, when: condition(cut.when) })) };
}

/** segments.yaml. */
export function completeSegments(file: SegmentsFile): SegmentDefinition[] {
  return Object.entries(file.segments).map(([name, segment]) => ({
    name,
    label: words(segment.label),
    values: segment.values.map((value) => ({
      value: value.value,
      label: wordsOrName(value.label, value.value),
      when: conditionOrNull(value.when),
    })),
    minDays: segment.min_days,
    hysteresis: segment.hysteresis,
    fact: segment.fact ?? null,
    recompute: segment.recompute,
    frozenWhen: conditionOrNull(segment.frozen_when),
    lock: segment.lock ?? null,
  }));
}

/** flags.yaml. */
export function completeFlags(file: FlagsFile): FlagDefinition[] {
  return Object.entries(file.flags).map(([name, flag]) => ({
    name,
    label: words(flag.label),
    gate: condition(flag.gate),
    veto: conditionOrNull(flag.veto),
    signals: flag.signals.map((signal) => ({
      type: signal.type,
      when: condition(signal.when),
      text: words(signal.text),
    })),
    expiresDays: flag.expires_days,
  }));
}

/** plays.yaml. */
export function completePlays(file: PlaysFile): PlaySettings {
  return {
    plays: Object.entries(file.plays).map(
      ([name, play]): PlayDefinition => ({
        name,
        id: play.id,
        on: play.on,
        kind: play.kind,
        when: condition(play.when),
        runs: play.runs,
        stage: play.stage ?? null,
        touch: Object.fromEntries(
          Object.entries(play.touch).map(([model, channel]) => [model, isWay(channel) ? 'task' : channel]),
        ),
        ways: Object.fromEntries(
          Object.entries(play.touch).flatMap(([model, channel]) => (isWay(channel) ? [[model, channel]] : [])),
        ),
        taskForTechWhen: conditionOrNull(play.task_for_tech_when),
        nurtureTrack: play.nurture_track ?? null,
        guideUrl: play.guide_url ?? null,
        subject: words(play.task.subject),
        body: words(play.task.body),
        dueBusinessDays: Number.parseInt(play.task.due, 10),
        priority: play.task.priority,
        owner: play.task.owner,
        coolDownDays: daysOf(play.cool_down),
        closesWhen: conditionOrNull(play.closes_when),
        closingRuns: play.closing_runs,
        alert: play.alert,
        success:
          play.success === undefined
            ? null
            : {
                goal: condition(play.success.when),
                withinDays: daysOf(play.success.within),
                holdOutPercent: play.success.hold_out,
              },
        routing:
          play.task.routing === 'owner' || play.task.pool === undefined
            ? null
            : { pool: play.task.pool, by: play.task.routing },
      }),
    ),
    firstRun: file.first_run,
    caps: {
      newPerOwnerPerDay: file.caps.new_per_owner_per_day,
      openPerOwner: file.caps.open_per_owner,
      openPerAccount: file.caps.open_per_account,
      openPerAccountHigh: file.caps.open_per_account_high,
      backlogDays: file.caps.backlog_days,
      ...(file.caps.new_growth_per_owner_per_day === undefined
        ? {}
        : { newGrowthPerOwnerPerDay: file.caps.new_growth_per_owner_per_day }),
      ...(file.caps.open_growth_per_owner === undefined ? {} : { openGrowthPerOwner: file.caps.open_growth_per_owner }),
    },
    mergeOrder: file.merge_order,
    suppress: file.suppress.map((rule) => ({
      name: rule.name,
      when: condition(rule.when),
      plays: rule.plays === 'all' ? ['*'] : rule.plays,
      except: rule.except,
      onlyNew: rule.only_new,
    })),
    parked:
      file.parked === undefined
        ? null
        : {
            closedPlays: file.parked.closed_plays,
            withinDays: file.parked.within_days,
            minGain: file.parked.min_gain,
            parkDays: file.parked.park_days,
            unless: conditionOrNull(file.parked.unless),
          },
    escalation:
      file.escalate === undefined
        ? null
        : {
            afterBusinessDays: Number.parseInt(file.escalate.after, 10),
            owner: file.escalate.owner,
            dueBusinessDays: Number.parseInt(file.escalate.due, 10),
          },
    situation: file.situation === undefined ? null : words(file.situation),
    ownerChange: file.owner_change,
    placesPerOwner: file.places_per_owner,
    pools: { prior: file.pools.prior, strength: file.pools.strength, minGain: file.pools.min_gain },
  };
}
type Channel = PlaysFile['plays'][string]['touch'][string];
function isWay(channel: Channel): channel is Way {
  return channel !== 'task' && channel !== 'nurture' && channel !== 'none';
}

/** kpis.yaml. */
export function completeKpis(file: KpisFile): KpiSettings {
  const { attributes } = file;
  return {
    targets: Object.entries(file.targets).map(([name, target]) => ({
      name,
      label: wordsOrName(target.label, name),
      formula: target.formula ?? (name as KpiFormula),
      direction: target.direction,
      target: target.target,
      by: target.by,
      owner: target.owner,
    })),
    attributes: {
      startedOn: attributes.started_on,
      endedOn: attributes.ended_on,
      status: attributes.status,
      ended: attributes.ended,
      revenue: attributes.revenue,
    },
  };
}

/** gates.yaml. */
export function completeGates(file: GatesFile): GateSettings {
  return {
    freshness: { on: file.freshness.on },
    volume: { holdBelowShare: file.volume.hold_below_share },
    coverage: { holdBelowShare: file.coverage.hold_below_share },
    shape: { nullShareRise: file.shape.null_share_rise, maxJump: file.shape.max_jump },
    outcome: {
      bandChangeShare: file.outcome.band_change_share,
      smallBase: file.outcome.small_base,
      smallCount: file.outcome.small_count,
      meanShift: file.outcome.mean_shift,
      psi: file.outcome.psi,
    },
    tasks: {
      newShare: file.tasks.new_share,
      newMin: file.tasks.new_min,
      perOwnerPerDay: file.tasks.per_owner_per_day,
    },
    destruction: { share: file.destruction.share, count: file.destruction.count },
    matching: { orphanShare: file.matching.orphan_share },
    breaker: { rejectedShare: file.breaker.rejected_share, unclearBatches: file.breaker.unclear_batches },
    budget: { ofDay: file.budget.of_day, ofRun: file.budget.of_run },
    novelty: { on: file.novelty.on },
    canary: { records: file.canary.records },
    clock: { maxSkewSeconds: file.clock.max_skew_seconds },
  };
}
