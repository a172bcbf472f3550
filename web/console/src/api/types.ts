/** The API's messages as JSON, generated from protos/: int64 as text, absent fields, NaN as text. */

export type * from "../gen/headwater/v1/act_rate_pb";
export type * from "../gen/headwater/v1/arm_pb";
export type * from "../gen/headwater/v1/audit_service_pb";
export type * from "../gen/headwater/v1/catalog_service_pb";
export type * from "../gen/headwater/v1/event_pb";
export type * from "../gen/headwater/v1/experiment_pb";
export type * from "../gen/headwater/v1/experiment_report_pb";
export type * from "../gen/headwater/v1/experiment_service_pb";
export type * from "../gen/headwater/v1/export_service_pb";
export type * from "../gen/headwater/v1/feedback_service_pb";
export type * from "../gen/headwater/v1/item_pb";
export type * from "../gen/headwater/v1/item_statistics_pb";
export type * from "../gen/headwater/v1/metric_series_pb";
export type * from "../gen/headwater/v1/model_service_pb";
export type * from "../gen/headwater/v1/performance_pb";
export type * from "../gen/headwater/v1/policy_pb";
export type * from "../gen/headwater/v1/quarantine_pb";
export type * from "../gen/headwater/v1/recommendation_service_pb";
export type * from "../gen/headwater/v1/replica_pb";
export type * from "../gen/headwater/v1/rule_pb";
export type * from "../gen/headwater/v1/rule_service_pb";
export type * from "../gen/headwater/v1/setting_pb";
export type * from "../gen/headwater/v1/storage_pb";
export type * from "../gen/headwater/v1/user_service_pb";

export type Int64 = string | number;
export type Double = number | "NaN" | "Infinity" | "-Infinity";
