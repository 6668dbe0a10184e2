import { axolotlRecipe } from './axolotl';
import { llamaFactoryRecipe } from './llama-factory';
import { mlxRecipe } from './mlx-lm';
import type { Recipe } from './recipe';
import { trlRecipe } from './trl';
import { unslothRecipe } from './unsloth';

/** Every tool of others that a recipe can be written for. */
export const RECIPES: readonly Recipe[] = [trlRecipe, axolotlRecipe, unslothRecipe, llamaFactoryRecipe, mlxRecipe];
