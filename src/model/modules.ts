import { FUSED_PARTS, type MODULES, type PROJECTIONS } from '../config/config-schema';

/** A linear map of a layer's pass. */
export type ProjectionName = (typeof PROJECTIONS)[number];

/** A matrix of a layer in the files: a projection, or several whose rows stand one below the other. */
export type ModuleName = (typeof MODULES)[number];

type FusedName = keyof typeof FUSED_PARTS;

function isFused(name: ModuleName): name is FusedName {
  return Object.hasOwn(FUSED_PARTS, name);
}

/** The projections of a matrix, in the order of their rows. */
export function partsOf(name: ModuleName): readonly ProjectionName[] {
  return isFused(name) ? FUSED_PARTS[name] : [name];
}
