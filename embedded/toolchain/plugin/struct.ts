// Between protobuf Structs and JSON objects.
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { defined, type Obj } from "./values";

export const fromStruct = (struct: Struct | undefined): Obj => (struct ? (struct.toJavaScript() as Obj) : {});
/** Properties that are undefined are left out. */
export const toStruct = (object: Obj): Struct => Struct.fromJavaScript(defined(object));
