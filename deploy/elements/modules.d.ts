declare module "liaison:tokens" {
  const css: string;
  export default css;
}
