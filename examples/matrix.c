/* Multiplies matrices: a small program with one line that takes most of its time (look for HOT). */
#include <stdio.h>
#include <stdlib.h>

#define SIZE 500
#define ROUNDS 3

static double left[SIZE][SIZE], right[SIZE][SIZE], product[SIZE][SIZE];

static double random_number(void) {
    return rand() / (double)RAND_MAX - 0.5;
}

static void fill(double matrix[SIZE][SIZE]) {
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) matrix[row][column] = random_number();
    }
}

/* The scalar product of a row of the left matrix with a column of the right one. */
__attribute__((noinline)) static double row_times_column(int row, int column) {
    double sum = 0;
    for (int i = 0; i < SIZE; i++) sum += left[row][i] * right[i][column]; /* HOT */
    return sum;
}

static void multiply(void) {
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) product[row][column] = row_times_column(row, column);
    }
}

static double trace(void) {
    double sum = 0;
    for (int i = 0; i < SIZE; i++) sum += product[i][i];
    return sum;
}

int main(void) {
    srand(7);
    for (int round = 0; round < ROUNDS; round++) {
        fill(left);
        fill(right);
        multiply();
        printf("trace %.6f\n", trace());
    }
    return 0;
}
