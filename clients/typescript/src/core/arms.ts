/** Which arm of an experiment a visitor is in. */
export interface ArmAssignment {
  experimentId: string;
  armId: string;
}
