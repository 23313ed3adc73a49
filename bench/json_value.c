/* Prints values of a JSON text from stdin, each by its path, separated by spaces: what bench/run reads mote's answers with.
 *
 *     mote train SPEC.yaml --json | json_value train.seconds float32.accuracy        "-" for what is not there
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

static const json_t *find(const json_t *value, const char *path)
{
    while (value && *path) {
        size_t length = strcspn(path, ".");
        value = json_object_getn(value, path, length);
        path += length + (path[length] == '.');
    }
    return value;
}

static void print(const json_t *value)
{
    if (json_is_string(value))
        fputs(json_string_value(value), stdout);
    else if (json_is_integer(value))
        printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        printf("%.9g", json_real_value(value));
    else
        fputs("-", stdout);
}

int main(int argc, char **argv)
{
    json_error_t problem;
    json_t      *root = json_loadf(stdin, 0, &problem);
    int          i;

    if (!root) {
        fprintf(stderr, "json_value: line %d: %s\n", problem.line, problem.text);
        return 1;
    }
    for (i = 1; i < argc; i++) {
        fputs(i > 1 ? " " : "", stdout);
        print(find(root, argv[i]));
    }
    puts("");
    json_decref(root);
    return 0;
}
