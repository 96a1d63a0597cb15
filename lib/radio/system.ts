export const systemNoble = 1;
