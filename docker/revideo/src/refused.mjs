/** The request is not served: `{error, message, status}`, and `fields` where single fields are at fault. */
export class Refused extends Error {
  constructor(status, error, message, headers = {}, fields = undefined) {
    super(message);
    Object.assign(this, {status, error, headers, fields});
  }

  get body() {
    return {error: this.error, message: this.message, status: this.status, fields: this.fields};
  }
}
